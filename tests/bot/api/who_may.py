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

GET     /api/series                                 -             401  200     200     200    200      200   403
POST    /api/series                                 -             401  201     201/404 403    201      201   403
POST    /api/series/preview                         -             401  200     200/404 403    200      200   403
GET     /api/series/{series_id}                     series        401  200/404 200/404 200    200      200   403
DELETE  /api/series/{series_id}                     series        401  200/404 200/404 403    200      200   403
PUT     /api/series/{series_id}/approve             series        401  403     409/404 403    409      409   403
PUT     /api/series/{series_id}/decline             series        401  403     409/404 403    409      409   403

GET     /api/clients                                -             401  403     200     200    200      200   403
GET     /api/clients/{client_id}                    client        401  200/404 200/404 200    200      200   403
PUT     /api/clients/{client_id}                    client        401  403     403     403    200      200   403
DELETE  /api/clients/{client_id}                    client        401  403     403     403    403      409   403
GET     /api/clients/{client_id}/export             client        401  403     403     403    403      200   403
POST    /api/clients/{client_id}/merge              client        401  403     403     403    403      200   403

GET     /api/conversations                          -             401  403     200     200    200      200   403
GET     /api/conversations/{conversation_id}        talk          401  403     200/404 200    200      200   403
GET     /api/conversations/{conversation_id}/messages talk        401  403     200/404 200    200      200   403
POST    /api/conversations/{conversation_id}/messages talk        401  403     403     403    200      200   403
GET     /api/conversations/{conversation_id}/notes  talk          401  403     403     200    200      200   403
POST    /api/conversations/{conversation_id}/notes  talk          401  403     403     403    204      204   403
POST    /api/conversations/{conversation_id}/take-over talk       401  403     403     403    200      200   403
POST    /api/conversations/{conversation_id}/hand-back talk       401  403     403     403    200      200   403
PUT     /api/conversations/{conversation_id}/assignee talk        401  403     403     403    200      200   403
PUT     /api/conversations/{conversation_id}/marks  talk          401  403     403     403    200      200   403
PUT     /api/conversations/{conversation_id}/spam   talk          401  403     403     403    200      200   403
PUT     /api/conversations/{conversation_id}/labels/{label} talk,word 401 403  403     403    200      200   403
DELETE  /api/conversations/{conversation_id}/labels/{label} talk,word 401 403  403     403    200      200   403
GET     /api/messages                               -             401  403     403     200    200      200   403
GET     /api/dead-letters                           -             401  403     200     200    200      200   403
POST    /api/dead-letters/{text_id}/resend          nothing       401  403     403     403    404      404   403

GET     /api/engagements                            -             401  403     200     200    200      200   403
POST    /api/engagements                            -             401  403     403     403    201      201   403
GET     /api/engagements/failed                     -             401  403     403     200    200      200   403
POST    /api/engagements/failed/{booking_id}/retry  wedding       401  403     403     403    409      409   403
GET     /api/engagements/{engagement_id}            engagement    401  403     200/404 200    200      200   403
PUT     /api/engagements/{engagement_id}            engagement    401  403     403     403    200      200   403
POST    /api/engagements/{engagement_id}/close      engagement    401  403     403     403    200      200   403
POST    /api/engagements/{engagement_id}/reopen     engagement    401  403     403     403    409      409   403
POST    /api/engagements/{engagement_id}/milestones engagement    401  403     403     403    200      200   403
POST    /api/engagements/{engagement_id}/spent      engagement    401  403     403     403    200      200   403
PUT     /api/engagements/{engagement_id}/milestones/{milestone_id} engagement,milestone 401 403 403 403 200 200 403

GET     /api/sessions/debug/test                    -             401  403     403     403    403      200   403
GET     /api/audit                                  -             401  403     403     403    403      200   403
GET     /api/figures                                -             401  403     403     200    200      200   403
GET     /api/commands                               -             401  403     403     403    200      200   403
POST    /api/commands                               -             401  403     403     403    200      200   403
GET     /api/exports/bookings.csv                   -             401  403     200     403    200      200   403
GET     /api/exports/bookings.json                  -             401  403     200     403    200      200   403
GET     /api/exports/clients.csv                    -             401  403     403     403    403      200   403
GET     /api/exports/clients.json                   -             401  403     403     403    403      200   403
GET     /api/exports/ledger.csv                     -             401  403     403     403    403      200   403
GET     /api/exports/ledger.json                    -             401  403     403     403    403      200   403
GET     /api/imports                                -             401  403     403     403    403      200   403
POST    /api/imports                                -             401  403     403     403    403      422   403
GET     /api/imports/{import_id}                    nothing       401  403     403     403    403      404   403
DELETE  /api/imports/{import_id}                    nothing       401  403     403     403    403      404   403
GET     /api/imports/{import_id}/report             nothing       401  403     403     403    403      404   403
POST    /api/imports/{import_id}/take               nothing       401  403     403     403    403      404   403
GET     /api/webhooks                               -             401  403     403     403    403      200   403
POST    /api/webhooks                               -             401  403     403     403    403      201   403
GET     /api/webhooks/{webhook_id}                  nothing       401  403     403     403    403      404   403
PUT     /api/webhooks/{webhook_id}                  nothing       401  403     403     403    403      404   403
DELETE  /api/webhooks/{webhook_id}                  nothing       401  403     403     403    403      404   403
POST    /api/webhooks/{webhook_id}/rotate           nothing       401  403     403     403    403      404   403
POST    /api/webhooks/{webhook_id}/replay           nothing       401  403     403     403    403      404   403
GET     /api/webhooks/{webhook_id}/deliveries       nothing       401  403     403     403    403      404   403
POST    /api/webhooks/{webhook_id}/deliveries/{delivery_id}/replay nothing,nothing 401 403 403 403 403 404 403
"""
