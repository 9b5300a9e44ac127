"""The engines that implement the contract of ``indexer.engine``. Their libraries are used nowhere else."""
