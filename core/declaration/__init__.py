"""Documents as people write them: strict YAML with line numbers, JSON from the browser, schemas for editors."""

from core.declaration.compiler import Compiler
from core.declaration.module_reader import ModuleSource, read_manifest, read_module
from core.declaration.reading import document_from_json, read_yaml

__all__ = ["Compiler", "ModuleSource", "document_from_json", "read_manifest", "read_module", "read_yaml"]
