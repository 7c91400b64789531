# The dashboard in a container. How to build and start it: docs/dashboard.md, "In a container".
FROM python:3.12-slim

# Whoever breaks out of a page is nobody in the container.
RUN useradd --create-home --uid 10001 sanfang
WORKDIR /home/sanfang/app

# The versions that the tests ran with, and no others.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY sim ./sim
COPY scenarios ./scenarios
COPY experiments ./experiments
COPY results/shipped ./results/shipped
RUN pip install --no-cache-dir --disable-pip-version-check -c constraints.txt .

USER sanfang

# Compiled code and steady starts. A volume here spares the next container the minutes of compiling; it gets the owner
# of this folder, and the model is compiled on the processor that runs it.
ENV SANFANG_CACHE=/home/sanfang/cache
RUN mkdir --mode=0755 /home/sanfang/cache
VOLUME /home/sanfang/cache

EXPOSE 8765

# A container's own loopback is closed to everybody outside of it. Bound to all addresses the dashboard asks for a password,
# and ends at once where SANFANG_PASSWORD gives none.
ENTRYPOINT ["sanfang", "dashboard", "--host", "0.0.0.0", "--port", "8765", "--no-browser"]
