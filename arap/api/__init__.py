"""The API beside the desk: what people do in the browser, programs do here, through the same actions and rights."""
