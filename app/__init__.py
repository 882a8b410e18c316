"""The report: reads the marts of the serving file and nothing else."""
