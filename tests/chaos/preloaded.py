"""Imported by the process that the site's children are forked from: everything that takes time."""

import django

django.setup()

import celery.apps.beat  # noqa: E402
import celery.apps.worker  # noqa: E402
import celery.bin.celery  # noqa: E402
import celery.concurrency.thread  # noqa: E402, F401
import kombu.transport.redis  # noqa: E402, F401
import stripe  # noqa: E402, F401
from django.template.loader import get_template  # noqa: E402, F401

import config.celery  # noqa: E402
import payments.tasks  # noqa: E402, F401
from demo import mail_files  # noqa: E402, F401

config.celery.app.loader.import_default_modules()
