"""The Glossary page: one word a thing, in both languages."""
