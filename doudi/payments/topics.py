"""What payments leaves for its own worker: a released batch is written after its
commit, and what a return file settled is told to the households' files.
"""

from doudi.base.handoff import topic

BATCH_RELEASED = topic("payment.batch_released", "batch_id", "place")
RETURN_SETTLED = topic("payment.return_settled", "return_id", "place")
