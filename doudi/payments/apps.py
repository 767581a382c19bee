"""This package's place in Django."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "doudi.payments"
    label = "payments"
    verbose_name = "资金发放"

    def ready(self) -> None:
        """Register the consumers and actions of this package."""
        from doudi.payments import (
            accrual,
            aftermath,
            corrections,
            exclusion,
            overpaid,
            payees,
            price_rosters,
            raises,
            reconcile,
            sending,
            writing_off,
        )

        ours = (accrual, aftermath, corrections, exclusion, overpaid, payees, price_rosters)
        for module in (*ours, raises, reconcile, sending, writing_off):
            assert module.__name__.startswith(self.name)
