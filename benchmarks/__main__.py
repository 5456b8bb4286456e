"""Run every benchmark: `python -m benchmarks`."""

from __future__ import annotations

from benchmarks import computed, counts, engines

if __name__ == "__main__":
    raise SystemExit(counts.main() or computed.main() or engines.main())
