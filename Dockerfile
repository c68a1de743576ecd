# syntax=docker/dockerfile:1
# One image for web, workers and beat. It writes only to /data/media, /data/journal and /tmp.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.lock /build/
RUN pip install --require-hashes --requirement /build/requirements.lock

WORKDIR /app
COPY base base
COPY contacts contacts
COPY content content
COPY participation participation
COPY campaigns campaigns
COPY worker worker
COPY site site
# Both folders of the house on the import path of every process.
RUN printf '%s\n' /app /app/site \
    > "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/bijeen.pth"
RUN for po in site/locale/*/LC_MESSAGES/django.po; do \
        pybabel --quiet compile --use-fuzzy --input-file "$po" --output-file "${po%.po}.mo"; \
    done
# Settings for production ask for their secrets; collecting files uses none of them.
RUN BIJEEN_DATA=/data DJANGO_SETTINGS_MODULE=config.settings.production \
    SECRET_KEY=unused SUPPRESSION_KEY=unused SITE_URL=https://bijeen.example.org \
    EMAIL_URL=smtp://127.0.0.1:25 python site/manage.py collectstatic --noinput

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    BIJEEN_DATA=/data
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin bijeen \
    && install --directory --owner bijeen --group bijeen /data /data/media /data/journal
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --from=build /data/static /data/static
WORKDIR /app
USER bijeen
EXPOSE 8000
# The control socket that gunicorn opens by default would want a writable home folder.
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--max-requests", "5000", "--max-requests-jitter", "500"]
