"""The metadata that all tables of the assessment service share."""

import sqlalchemy as sa

metadata = sa.MetaData()
