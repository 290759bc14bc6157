#!/usr/bin/env python3
"""Follows the Dockerfile in a plain Debian root, for machines on which no container engine runs.

    debootstrap --variant=minbase --include=ca-certificates bookworm /srv/bookworm
    docker/prove.py --base /srv/bookworm --work /srv/proof

Each stage gets a copy of the base root, with Debian's Python 3.11 in the place of the Python image. RUN, COPY, ENV,
WORKDIR, USER, ENTRYPOINT and CMD are read from the Dockerfile and done in order, so that what is proved is the file.
Then the image is run as its own user with a read-only root: a sample company, web, worker, beat and backup against a
PostgreSQL and a Valkey started beside it. `/readyz` has to answer 200, every role has to call itself alive and to stop
when asked, a statement has to come out as a PDF, and a database that was destroyed has to come back from its backup
with the same totals. It needs root, `make setup`, and a copy of the clone without what .dockerignore names. Exit 0:
all of it held; 1: something did not, named in the last line.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from proof.image import build, leave, say
from proof.servers import Servers
from proof.trial import Trial, read_only

ALONE = "ARAP_PROOF_MOUNTS"


def main() -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="a root made by debootstrap; it is not changed")
    parser.add_argument("--work", type=Path, required=True, help="where the stages and servers go; cleared at each run")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("it needs root, for chroot and mount")
    if ALONE not in os.environ:
        # In a space of mounts of our own, which ends with us whatever happens.
        os.environ[ALONE] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    image = build(arguments.base.resolve(), work)
    size = subprocess.run(["du", "-sxm", str(image.root)], capture_output=True, text=True, check=False).stdout
    say(f"the image's root has {size.split()[0]} MB")
    servers = Servers(work / "servers")
    try:
        read_only(image)
        wrong = Trial(image, servers, work).run()
    finally:
        servers.stop()
        leave(image.root)
        subprocess.run(["umount", "--recursive", "--lazy", str(image.root)], check=False)
    say("everything held" if not wrong else f"BROKEN: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
