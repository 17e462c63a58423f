//! Service names from what surrounds a line: file, pod and container names.

/// The service of a log file by its name, up to the first dot, without what Kubernetes generates:
/// `payment.stdout.log` → `payment`, `frontend-579b9bff58-t2dbm.log` → `frontend`,
/// `<pod>_<namespace>_<container>-<id>.log` → the container. `None` where that leaves nothing.
pub fn of_file(path: &[u8]) -> Option<&[u8]> {
    let name = path.rsplit(|b| matches!(b, b'/' | b'\\')).next()?;
    let stem = &name[..memchr::memchr(b'.', name).unwrap_or(name.len())];
    let mut parts = stem.split(|b| *b == b'_');
    if let (Some(_pod), Some(_namespace), Some(container), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
        && let Some(dash) = memchr::memrchr(b'-', container)
        && container.len() - dash > 32
    {
        return Some(&container[..dash]);
    }
    // The kubelet's own layout: …/pods/<namespace>_<pod>_<uid>/<container>/0.log
    if stem.iter().all(u8::is_ascii_digit) {
        let mut folders = path.rsplit(|b| *b == b'/').skip(1);
        let container = folders.next()?;
        let pod = folders.next()?;
        return (pod.iter().filter(|b| **b == b'_').count() == 2).then_some(container);
    }
    let service = of_pod(stem).unwrap_or(stem);
    (!service.is_empty()).then_some(service)
}

/// The workload of a pod name: without the hashes of a deployment or daemon set, or the ordinal of
/// a stateful set. `None` where it is no generated name.
pub fn of_pod(pod: &[u8]) -> Option<&[u8]> {
    let (rest, last) = split_last(pod)?;
    if is_generated(last, 5..=5)
        && let Some((workload, hash)) = split_last(rest)
        && is_generated(hash, 6..=10)
        && hash.iter().any(u8::is_ascii_digit)
    {
        return Some(workload);
    }
    if is_generated(last, 5..=5) && last.iter().any(u8::is_ascii_digit) {
        return Some(rest);
    }
    (last.len() <= 3 && last.iter().all(u8::is_ascii_digit)).then_some(rest)
}

/// Whether it has both hashes of a deployment's pod.
pub(crate) fn is_deployment_pod(pod: &[u8]) -> bool {
    split_last(pod).is_some_and(|(rest, last)| {
        is_generated(last, 5..=5)
            && split_last(rest).is_some_and(|(_, hash)| {
                is_generated(hash, 6..=10) && hash.iter().any(u8::is_ascii_digit)
            })
    })
}

/// The service of a compose container: `web-1`, `project-web-1` and `web_1` end in the replica.
pub(crate) fn of_compose(name: &[u8]) -> &[u8] {
    let end = name
        .iter()
        .rposition(|b| !b.is_ascii_digit())
        .filter(|at| *at + 1 < name.len() && *at > 0 && matches!(name[*at], b'-' | b'_'));
    match end {
        Some(at) => &name[..at],
        None => name,
    }
}

fn split_last(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let dash = memchr::memrchr(b'-', name)?;
    (dash > 0).then(|| (&name[..dash], &name[dash + 1..]))
}

/// Hashes that Kubernetes generates are lowercase letters and digits.
fn is_generated(part: &[u8], length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len())
        && part.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_its_service_up_to_the_first_dot() {
        let long =
            format!("shop-7d9f8c6b5-abcde_default_gateway-{}.log", "0123456789abcdef".repeat(4));
        for (path, service) in [
            ("payment.stdout.log", Some("payment")),
            ("logs/frontend-579b9bff58-t2dbm.log", Some("frontend")),
            ("redis-0.log", Some("redis")),
            ("nginx-json.stdout.log", Some("nginx-json")),
            ("/var/log/pods/default_cart-5d5c7b9f4-xk2lp_0a1b/cart/0.log", Some("cart")),
            (long.as_str(), Some("gateway")),
            (".log", None),
        ] {
            let got = of_file(path.as_bytes()).map(|s| String::from_utf8_lossy(s).into_owned());
            assert_eq!(got.as_deref(), service, "{path}");
        }
    }

    #[test]
    fn compose_names_lose_their_replica() {
        assert_eq!(of_compose(b"gateway-1"), b"gateway");
        assert_eq!(of_compose(b"web_12"), b"web");
        assert_eq!(of_compose(b"redis"), b"redis");
        assert_eq!(of_compose(b"s3"), b"s3");
    }
}
