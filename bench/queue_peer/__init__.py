"""A tiny Django site for django-q2, run in the peers' environment by `bench.c6_job_queue`; nothing of ours."""
