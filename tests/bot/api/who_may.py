"""Who may call what, and what they are answered: the table that test_roles.py holds the API to.

A row: method, path, what its names stand for (called.py; "-" where it has none), and a status for each caller:

    none     without a token          viewer, operator, admin
    client   with a client's          reading   an operator's token that only reads sessions
    staff    with a staff member's

`200/404`: of what is theirs, and of what is somebody else's; one status where it is the same for both. What is sent
along is in called.py."""

COLUMNS = ("none", "client", "staff", "viewer", "operator", "admin", "reading")
WHO_MAY = """
#method path                                        names         none client  staff   viewer operator admin reading
GET     /api/openapi.json                           -             200  200     200     200    200      200   200
GET     /api/docs                                   -             200  200     200     200    200      200   200
GET     /api/me                                     -             401  200     200     200    200      200   403

POST    /api/sign-in/code                           -             202  202     202     202    202      202   202
POST    /api/sign-in                                -             401  401     401     401    401      401   401
DELETE  /api/sign-in                                -             401  204     204     204    204      204   403

GET     /api/tokens                                 -             401  403     403     403    403      200   403
POST    /api/tokens                                 -             401  403     403     403    403      201   403
DELETE  /api/tokens/{token_id}                      token         401  403     403     403    403      204   403

GET     /api/sessions                               -             401  200     200     200    200      200   200
POST    /api/sessions                               -             401  201     201/404 403    201      201   403
POST    /api/sessions/request                       -             401  201     201/404 403    201      201   403
POST    /api/sessions/instant                       -             401  403     201/404 403    201      201   403
GET     /api/sessions/pending-approval              -             401  403     200     200    200      200   200
GET     /api/sessions/{booking_id}                  confirmed     401  200/404 200/404 200    200      200   200
DELETE  /api/sessions/{booking_id}                  pending       401  200/404 200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/time             confirmed     401  200/404 200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/approve          pending       401  403     200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/decline          pending       401  403     200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/verify-payment   approved      401  403     200/404 403    200      200   403
POST    /api/sessions/{booking_id}/submit-payment   approved      401  200/404 200/404 403    200      200   403
GET     /api/sessions/{booking_id}/payments         approved      401  200/404 200/404 200    200      200   200
PUT     /api/sessions/{booking_id}/link             confirmed     401  403     200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/start-call       past          401  403     200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/end-call         in_progress   401  403     200/404 403    200      200   403
PUT     /api/sessions/{booking_id}/no-show          past          401  403     200/404 403    200      200   403
POST    /api/sessions/{booking_id}/complete         in_progress   401  403     200/404 403    200      200   403
POST    /api/sessions/{booking_id}/note             confirmed     401  403     200/404 403    200      200   403
POST    /api/bookings/request                       -             401  201     201/404 403    201      201   403
GET     /api/bookings/{booking_id}/coordinator-integration wedding 401 200/404 200/404 200    200      200   403

GET     /api/payments                               -             401  200     200     200    200      200   403
GET     /api/payments/unasked                       -             401  403     403     200    200      200   403
GET     /api/payments/to-give-back                  -             401  403     403     200    200      200   403
GET     /api/payments/{payment_id}                  asked         401  200/404 200/404 200    200      200   403
POST    /api/payments/{payment_id}/verify           asked         401  403     200/404 403    200      200   403
POST    /api/payments/{payment_id}/ask-again        asked         401  403     200/404 403    200      200   403
POST    /api/payments/{payment_id}/refuse           asked         401  403     409/404 403    409      409   403
POST    /api/payments/{payment_id}/refund           paid          401  403     200/404 403    200      200   403
POST    /api/payments/{payment_id}/refunded         paid          401  403     409/404 403    409      409   403
POST    /api/mpesa/initiate                         -             401  409/404 409/404 403    409      409   403
POST    /api/mpesa/callback                         -             403  403     403     403    403      403   403

GET     /api/services                               -             401  200     200     200    200      200   403
POST    /api/services                               -             401  403     403     403    403      200   403
GET     /api/services/{service_id}                  service       401  200     200     200    200      200   403
PATCH   /api/services/{service_id}                  service       401  403     403     403    403      200   403
DELETE  /api/services/{service_id}                  service       401  403     403     403    403      200   403
GET     /api/staff                                  -             401  200     200     200    200      200   403
POST    /api/staff                                  -             401  403     403     403    403      200   403
GET     /api/staff/{staff_id}                       staff         401  200     200     200    200      200   403
PATCH   /api/staff/{staff_id}                       staff         401  403     403     403    403      200   403
DELETE  /api/staff/{staff_id}                       staff         401  403     403     403    403      409   403
PUT     /api/staff/{staff_id}/dates/{day}           staff,day     401  403     403     403    403      200   403
DELETE  /api/staff/{staff_id}/dates/{day}           staff,day     401  403     403     403    403      404   403
GET     /api/policies                               -             401  403     200     200    200      200   403
GET     /api/policies/{staff}/{service}             any,service   401  403     200     200    200      200   403
PUT     /api/policies/{staff}/{service}             any,service   401  403     403     403    403      200   403
DELETE  /api/policies/{staff}/{service}             any,service   401  403     403     403    403      200   403
GET     /api/policies/{staff}/{service}/terms       staff,service 401  403     200     200    200      200   403

GET     /api/availability                           -             401  200     200/404 200    200      200   403
GET     /api/availability/why                       -             401  200     200/404 200    200      200   403
GET     /api/blocks                                 -             401  403     200     200    200      200   403
POST    /api/blocks                                 -             401  403     201/404 403    201      201   403
GET     /api/blocks/{block_id}                      block         401  403     200/404 200    200      200   403
DELETE  /api/blocks/{block_id}                      block         401  403     204/404 403    204      204   403
GET     /api/class-sessions                         -             401  200     200     200    200      200   403
POST    /api/class-sessions                         -             401  403     201/404 403    201      201   403
GET     /api/class-sessions/{class_id}              class         401  200     200/404 200    200      200   403
GET     /api/class-sessions/{class_id}/bookings     class         401  403     200/404 200    200      200   403
PUT     /api/class-sessions/{class_id}/time         class         401  403     200/404 403    200      200   403
PUT     /api/class-sessions/{class_id}/seats        class         401  403     200/404 403    200      200   403
DELETE  /api/class-sessions/{class_id}              class         401  403     200/404 403    200      200   403
GET     /api/waitlist                               -             401  200     200     200    200      200   403
POST    /api/waitlist                               -             401  409     201/404 403    201      201   403
GET     /api/waitlist/{place_id}                    place         401  200/404 200/404 200    200      200   403
DELETE  /api/waitlist/{place_id}                    place         401  200/404 403     403    403      403   403
PUT     /api/waitlist/{place_id}/accept             place         401  409/404 403     403    403      403   403
PUT     /api/waitlist/{place_id}/pass               place         401  409/404 403     403    403      403   403
POST    /api/waitlist/{place_id}/offer              place         401  403     409/404 403    409      409   403
"""
