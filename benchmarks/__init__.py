"""What docs/performance.md quotes, measured again:  python -m benchmarks  (see `--help`)."""
