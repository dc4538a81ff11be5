"""Work outside the session that asked for it: a process a job, one at a time, told by files on disk."""

from recengine.jobs.job import ENDED, Job, JobState
from recengine.jobs.jobs import Jobs

__all__ = ["ENDED", "Job", "JobState", "Jobs"]
