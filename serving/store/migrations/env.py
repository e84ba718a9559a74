"""How Alembic reaches the service database: only through the connection it is handed."""

from alembic import context

from serving.store.row_security import secure_rows
from serving.store.rows import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
context.run_migrations()
secure_rows(context.config.attributes["connection"])
