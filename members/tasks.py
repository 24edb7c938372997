from celery import shared_task

from members.changes import returning
from members.contributions import contributing, reminding
from members.dues import dunning, notices
from members.importing import adopting, running
from members.outbox import bouncing, mailing
from members.personal import erasing
from members.selling import publishing


@shared_task
def drain_outbox() -> None:
    """Sends the mails that are owed: when one has been added, and at times for what the doorbell missed."""
    mailing.drain()


@shared_task
def write_to_donors() -> None:
    """Owes the reminders that donors asked for, and tells whoever should hear of a dedication."""
    contributing.tell_of_dedications()
    reminding.remind()


@shared_task
def write_to_payers() -> None:
    """Owes the mails about failed payments, about cards that expire, and about yearly payments that are near."""
    dunning.owe_notices()
    notices.owe_notices()


@shared_task
def ask_to_return() -> None:
    """Owes the mails that readers asked for when they left."""
    returning.ask_to_return()


@shared_task
def publish_plans() -> None:
    """Brings what staff changed in tiers, plans and offers to Stripe: after they saved, and at times."""
    publishing.publish()


@shared_task
def watch_bounces() -> None:
    """Tells operators, by an alarm, while too much of our mail comes back."""
    bouncing.watch()


# Acknowledged at once: one that takes long must not be given to a second worker by the broker meanwhile.
@shared_task(acks_late=False)
def bring_over() -> None:
    """Brings over the files of members that staff asked for, and forgets those that nobody asked for."""
    running.run_asked()
    running.forget_unused()


@shared_task
def adopt_customers() -> None:
    """Takes over what Stripe charges for members that were brought over."""
    adopting.drain()


@shared_task
def erase_people() -> None:
    """Erases whom it was promised: when somebody asked, and at times for what Stripe did not let through."""
    erasing.drain()
    erasing.sweep_events()
