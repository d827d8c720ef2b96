"""Payments, refunds, the ledger and what is paid ahead"""

import sqlalchemy as sa
from alembic import op
from models.base import Moment
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('provider_calls',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('provider', sa.String(20), nullable=False),
    sa.Column('call_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=False),
    sa.Column('about', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=False),
    sa.Column('news', sa.JSON(), nullable=False),
    sa.Column('received_at', Moment(), nullable=False),
    sa.Column('handled_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_calls')),
    sa.UniqueConstraint('provider', 'call_id', name=op.f('uq_provider_calls_provider_call_id'))
    )
    with op.batch_alter_table('provider_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_calls_provider_about'), ['provider', 'about'], unique=False)

    op.create_table('provider_tokens',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=True),
    sa.Column('fetching_until', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_provider_tokens'))
    )
    op.create_table('prepaid_packs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.Column('sessions_left', sa.Integer(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('sold_by', sa.String(80), nullable=False),
    sa.Column('expires_at', Moment(), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.CheckConstraint('sessions_left between 0 and sessions', name=op.f('ck_prepaid_packs_left')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_prepaid_packs_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prepaid_packs'))
    )
    with op.batch_alter_table('prepaid_packs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_prepaid_packs_client_id_service_id'), ['client_id', 'service_id'], unique=False)

    op.create_table('pack_uses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('pack_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('live_booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('used_at', Moment(), nullable=False),
    sa.Column('given_back_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_pack_uses_booking_id')),
    sa.ForeignKeyConstraint(['pack_id'], ['prepaid_packs.id'], name=op.f('fk_pack_uses_pack_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_uses'))
    )
    with op.batch_alter_table('pack_uses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pack_uses_booking_id'), ['booking_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pack_uses_live_booking_id'), ['live_booking_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_pack_uses_pack_id'), ['pack_id'], unique=False)

    op.create_table('payment_requests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('live_booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status', sa.Enum('open', 'paid', 'expired', 'cancelled', name='requeststatus', native_enum=False, length=20), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('paid', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=43), nullable=True),
    sa.Column('instructions', sa.String(1000), nullable=False),
    sa.Column('due_at', Moment(), nullable=False),
    sa.Column('lapses_at', Moment(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_payment_requests_booking_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_payment_requests_client_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_requests'))
    )
    with op.batch_alter_table('payment_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_requests_booking_id'), ['booking_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_requests_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_requests_live_booking_id'), ['live_booking_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_payment_requests_status_lapses_at'), ['status', 'lapses_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_requests_token'), ['token'], unique=False)

    op.create_table('payments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('method', sa.Enum('card', 'mpesa', 'manual', 'desk', name='paymentmethod', native_enum=False, length=20), nullable=False),
    sa.Column('status', sa.Enum('pending', 'processing', 'proof_submitted', 'paid', 'failed', 'expired', 'refunded', 'partially_refunded', name='paymentstatus', native_enum=False, length=20), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('applied', sa.Integer(), nullable=False),
    sa.Column('credited', sa.Integer(), nullable=False),
    sa.Column('refunded', sa.Integer(), nullable=False),
    sa.Column('idempotency_key', sa.String(80), nullable=False),
    sa.Column('url', sa.String(1000), nullable=False),
    sa.Column('checkout_session_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=True),
    sa.Column('checkout_request_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=True),
    sa.Column('merchant_request_id', sa.String(120), nullable=False),
    sa.Column('transaction_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=True),
    sa.Column('phone', sa.String(32), nullable=False),
    sa.Column('result_code', sa.String(40), nullable=False),
    sa.Column('result_desc', sa.String(500), nullable=False),
    sa.Column('proof_kind', sa.String(20), nullable=False),
    sa.Column('proof', sa.String(500), nullable=False),
    sa.Column('submitted_at', Moment(), nullable=True),
    sa.Column('verified_by', sa.String(80), nullable=False),
    sa.Column('verified_at', Moment(), nullable=True),
    sa.Column('ends_at', Moment(), nullable=True),
    sa.Column('begun_at', Moment(), nullable=True),
    sa.Column('paid_at', Moment(), nullable=True),
    sa.Column('look_at', Moment(), nullable=True),
    sa.Column('looks', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.CheckConstraint('applied >= 0 and credited >= 0 and refunded >= 0', name=op.f('ck_payments_sides')),
    sa.CheckConstraint('received = applied + credited + refunded', name=op.f('ck_payments_money')),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_payments_booking_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_payments_client_id')),
    sa.ForeignKeyConstraint(['request_id'], ['payment_requests.id'], name=op.f('fk_payments_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments'))
    )
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_booking_id'), ['booking_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_checkout_request_id'), ['checkout_request_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_payments_checkout_session_id'), ['checkout_session_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_payments_client_id_status'), ['client_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_look_at'), ['look_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payments_transaction_id'), ['transaction_id'], unique=True)

    op.create_table('ledger_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('account', sa.Enum('received', 'applied', 'credited', 'refunded', name='account', native_enum=False, length=20), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('refund_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('who', sa.String(80), nullable=False),
    sa.Column('why', sa.String(120), nullable=False),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_ledger_entries_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entries'))
    )
    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_entries_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entries_booking_id'), ['booking_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entries_payment_id'), ['payment_id'], unique=False)

    op.create_table('refunds',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('method', sa.Enum('card', 'mpesa', 'manual', 'desk', name='paymentmethod', native_enum=False, length=20), nullable=False),
    sa.Column('status', sa.Enum('pending', 'processing', 'succeeded', 'failed', 'cancelled', name='refundstatus', native_enum=False, length=20), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('from_credit', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(500), nullable=False),
    sa.Column('asked_by', sa.String(80), nullable=False),
    sa.Column('idempotency_key', sa.String(80), nullable=False),
    sa.Column('provider_refund_id', sa.String(120).with_variant(mysql.VARCHAR(120, collation='utf8mb4_bin'), 'mysql', 'mariadb'), nullable=True),
    sa.Column('result_code', sa.String(40), nullable=False),
    sa.Column('result_desc', sa.String(length=500), nullable=False),
    sa.Column('done_by', sa.String(80), nullable=False),
    sa.Column('done_at', Moment(), nullable=True),
    sa.Column('look_at', Moment(), nullable=True),
    sa.Column('looks', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_refunds_amount')),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_refunds_booking_id')),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_refunds_client_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_refunds_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds'))
    )
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refunds_booking_id'), ['booking_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_look_at'), ['look_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_provider_refund_id'), ['provider_refund_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_refunds_status_id'), ['status', 'id'], unique=False)

    with op.batch_alter_table('booking_policies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payment', sa.Enum('none', 'deposit', 'full', name='paymentrule', native_enum=False, length=20), nullable=True))
        batch_op.add_column(sa.Column('deposit', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('deposit_percent', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('payment_minutes', sa.Integer(), nullable=True))

    with op.batch_alter_table('business', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payment_instructions', sa.String(length=500), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("business") as table:
        table.drop_column("payment_instructions")
    with op.batch_alter_table("booking_policies") as table:
        for name in ("payment_minutes", "deposit_percent", "deposit", "payment"):
            table.drop_column(name)
    for name in (
        "refunds", "ledger_entries", "payments", "payment_requests", "pack_uses", "prepaid_packs", "provider_tokens",
        "provider_calls",
    ):
        op.drop_table(name)
