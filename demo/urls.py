from django.urls import path

from demo import views

urlpatterns = [
    path("article/", views.article, name="demo_article"),
    path("mail/", views.mailbox, name="demo_mail"),
    path("mail/<str:message_id>/", views.message, name="demo_message"),
    path("mail/<str:message_id>/html/", views.message_html, name="demo_message_html"),
]
