"""Who may act for the person: advocates, capacity decision by decision, attorneys, deputies and appointees."""
