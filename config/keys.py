"""Secrets of this installation that nobody types: made on the first start, kept in DATA_DIR."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def kept_secret(path: Path) -> str:
    """Return the random text in `path`, making it (readable by its owner alone) when absent."""
    return _kept(path, secrets.token_urlsafe(50))


def kept_fernet_key(path: Path) -> str:
    """Return the Fernet key in `path`, making it when absent."""
    return _kept(path, Fernet.generate_key().decode())


def _kept(path: Path, fresh: str) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(fresh)
    try:
        os.link(draft, path)  # of several processes that start at once, one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
