// The documentation of the API: Swagger UI in the element that names the schema.
(() => {
  const place = document.querySelector("[data-schema]");
  const root = document.documentElement.classList;
  const isDark = root.contains("dark") || (!root.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  root.toggle("dark-mode", isDark);
  SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
  });
})();
