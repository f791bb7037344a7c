"""Before a release has journeys: does its code do again what every open journey has done so far?"""
