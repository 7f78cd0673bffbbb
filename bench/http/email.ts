const text = `Hello Maria,

thank you for your order 10-482-337. We have received your payment of EUR 74.80 and are packing your
parcel now. It leaves our warehouse today; you can follow it here:

https://shop.example.com/orders/10-482-337/track

Your items:
  1 x Enamel mug, blue, 0.35 l        EUR 14.90
  2 x Linen tea towel, natural        EUR 19.80
  1 x Cast-iron pan, 26 cm            EUR 40.10

If anything is wrong, just answer this message.

Kind regards
The Example Shop
`;

/** What the jobs of this benchmark are: a plain transactional message. */
export const submission = {
  type: 'email.send',
  payload: {
    to: 'maria.rossi@example.com',
    subject: 'Your order 10-482-337 is on its way',
    text,
    replyTo: 'service@shop.example.com',
  },
} as const;

/** Size of the payload as JSON, in bytes. */
export const payloadBytes = Buffer.byteLength(JSON.stringify(submission.payload));
