# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
