"""What surrounds the Worker: set-up, local runtime, development server, benchmarks."""
