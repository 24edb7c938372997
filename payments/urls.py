from django.urls import path

from payments.views import books, webhook

urlpatterns = [
    path("webhooks/stripe/", webhook.stripe_webhook, name="stripe_webhook"),
    path("staff/", books.staff, name="staff"),
    path("staff/books/", books.books, name="books"),
    path("staff/books/replay/", books.replay, name="books_replay"),
    path("staff/books/settle/", books.settle, name="books_settle"),
]
