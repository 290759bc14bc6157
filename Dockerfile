FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home arap

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN python -m arap.core.locale_files compile \
    && ARAP_VAR=/app/var SECRET_KEY=only-for-collecting-the-static-files-while-the-image-is-made \
       ARAP_ENV=production SITE_URL=http://localhost DATABASE_URL=postgresql://nobody@localhost/none \
       REDIS_URL=redis://localhost EMAIL_URL=console: DEFAULT_FROM_EMAIL=nobody@localhost \
       python manage.py collectstatic --no-input \
    && chown -R arap /app/var

USER arap
ENV ARAP_ENV=production ARAP_VAR=/app/var REMAP_SIGTERM=SIGQUIT
EXPOSE 8000
CMD ["gunicorn", "arap.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4"]
