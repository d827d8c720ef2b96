"""The API: tokens, codes texted to phones, answers that were given already"""

import sqlalchemy as sa
from alembic import op
from models.base import Key, Moment
from models.exact import exact

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('operators', sa.Column('is_program', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('api_tokens',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('token_hash', exact(64), nullable=False),
    sa.Column('operator_id', Key, nullable=True),
    sa.Column('client_id', Key, nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=True),
    sa.Column('revoked_at', Moment(), nullable=True),
    sa.Column('last_used_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_api_tokens_operator_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_api_tokens_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    op.create_index(op.f('ix_api_tokens_operator_id'), 'api_tokens', ['operator_id'], unique=False)
    op.create_index(op.f('ix_api_tokens_client_id'), 'api_tokens', ['client_id'], unique=False)
    op.create_table('sign_in_codes',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('phone_hash', exact(64), nullable=False),
    sa.Column('code_hash', exact(64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.Column('used_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_codes'))
    )
    op.create_index(op.f('ix_sign_in_codes_phone_hash_id'), 'sign_in_codes', ['phone_hash', 'id'], unique=False)
    op.create_index(op.f('ix_sign_in_codes_created_at'), 'sign_in_codes', ['created_at'], unique=False)
    op.create_table('api_answers',
    sa.Column('id', Key, autoincrement=True, nullable=False),
    sa.Column('token_id', Key, nullable=False),
    sa.Column('key_hash', exact(64), nullable=False),
    sa.Column('fingerprint', exact(64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['api_tokens.id'], name=op.f('fk_api_answers_token_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_answers')),
    sa.UniqueConstraint('token_id', 'key_hash', name=op.f('uq_api_answers_token_id_key_hash'))
    )
    op.create_index(op.f('ix_api_answers_at'), 'api_answers', ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('api_answers')
    op.drop_table('sign_in_codes')
    op.drop_table('api_tokens')
    with op.batch_alter_table('operators', schema=None) as batch_op:
        batch_op.drop_column('is_program')
