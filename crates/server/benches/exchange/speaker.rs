//! A machine that speaks with the server: what a desk's own line does, with the parts that are measured apart.

use farthing_api::DeviceId;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Form, Letter, Reply, Request, unpack};
use reqwest::{Client, StatusCode};
use uuid::Uuid;

type Sign = Box<dyn Fn(&[u8]) -> [u8; 64] + Send + Sync>;

pub(crate) struct Speaker {
    client: Client,
    url: String,
    sign: Sign,
    organisation: Uuid,
    pub(crate) device: DeviceId,
}

impl Speaker {
    pub(crate) fn new(address: &str, organisation: Uuid, device: DeviceId, sign: Sign) -> Speaker {
        Speaker {
            client: Client::new(),
            url: format!("{address}/v1/sync"),
            sign,
            organisation,
            device,
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        (self.sign)(message)
    }

    /// A request as it goes over the wire once the server has said what it reads; the answer comes in the same form.
    pub(crate) fn letter(&self, request: &Request) -> Vec<u8> {
        let sign = |message: &[u8]| self.sign(message);
        let letter = Letter::new(Versions::HERE, self.organisation, self.device, request, sign).unwrap();
        Form::Dense.pack(&letter).unwrap()
    }

    /// The answer as it comes over the wire.
    pub(crate) async fn send(&self, letter: Vec<u8>) -> Vec<u8> {
        let answer = self.client.post(&self.url).body(letter).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.bytes().await.unwrap().into()
    }

    pub(crate) async fn ask(&self, request: &Request) -> Reply {
        unpack(&self.send(self.letter(request)).await).unwrap()
    }
}
