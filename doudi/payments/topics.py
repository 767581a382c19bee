"""What payments leaves for its own worker: a released batch is written after its commit."""

from doudi.base.handoff import topic

BATCH_RELEASED = topic("payment.batch_released", "batch_id", "place")
