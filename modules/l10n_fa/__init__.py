"""Persian for every screen: the language, the Jalali calendar, Persian digits and order, Toman and Rial."""
