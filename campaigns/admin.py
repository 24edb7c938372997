from django.contrib import admin

from campaigns.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):
    list_display = ["title", "metric", "goal", "starts_at", "ends_at"]
    prepopulated_fields = {"slug": ["title"]}
