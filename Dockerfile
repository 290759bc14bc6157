# Two stages: what is built stays behind, what runs has no compiler, no package index and no secret in it.
# Without a container engine `docker/prove.py` follows the same steps in a plain Debian root: docs/deploy.md.
FROM python:3.11-slim-bookworm AS build

ENV PATH=/opt/venv/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN pip install --quiet --require-hashes --requirement /tmp/requirements.txt

WORKDIR /app
COPY . .
ENV ARAP_FONTS=/app/fonts \
    STATIC_ROOT=/app/collected
RUN python -m arap.core.locale_files compile \
    && python -m arap.core.pdf.fonts /app/fonts \
    && ARAP_ENV=production \
       SECRET_KEY=it-only-collects-the-static-files-while-the-image-is-made-0123456789 \
       SITE_URL=https://localhost DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost \
       EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=nobody@localhost \
       python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q arap collections customers invoices reconciliation


FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 arap \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin arap \
    && mkdir -p /var/lib/arap/backups \
    && chown -R 10001:10001 /var/lib/arap

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app

# SIGTERM lets Celery end its tasks, or give them back, before it goes.
ENV ARAP_ENV=production \
    ARAP_FONTS=/app/fonts \
    ARAP_PULSE=/tmp \
    ARAP_VAR=/var/lib/arap \
    HOME=/tmp \
    PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    REMAP_SIGTERM=SIGQUIT \
    STATIC_ROOT=/app/collected
USER 10001:10001
EXPOSE 8000
# Of the web process; docker-compose.yml has those of the others. It touches neither database nor broker.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "arap.core.pulse", "web"]
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "--config", "docker/gunicorn.py", "arap.wsgi"]
