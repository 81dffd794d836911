"""What tests share: pytest plugins and the generator of docs/features.md. No tests here."""
