from django.urls import path

from campaigns import views

urlpatterns = [
    path("campaigns/<slug:slug>/", views.campaign_page, name="campaign"),
    path("campaigns/<slug:slug>/progress.json", views.progress_json, name="progress_json"),
    path("campaigns/<slug:slug>/embed/", views.embed, name="embed"),
    path("embed.js", views.embed_js, name="embed_js"),
]
