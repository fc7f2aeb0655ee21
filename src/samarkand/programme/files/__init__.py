"""Programmes on disk: TOML, workbooks, templates, schema; read whole, checked whole."""
