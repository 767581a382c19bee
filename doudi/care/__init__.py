"""Who is to be visited when; care agreements; institutions; social workers; volunteers."""
