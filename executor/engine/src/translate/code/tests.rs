//! Room for regions.

use super::{AREA, CodeArea, PAGE};

#[test]
fn regions_are_one_behind_the_other() {
    let mut area = CodeArea::new().expect("room");
    let (at, first) = area.add(&[0xc3; 5], &[0, 4]).expect("room");
    let (_, second) = area.add(&[0xc3; 3 * PAGE], &[1]).expect("room");
    let start = area.addresses().start;
    assert_eq!(at, start as u64);
    let places = first.iter().chain(&second).map(|entry| entry.address() as usize - start);
    assert_eq!(places.collect::<Vec<_>>(), [0, 4, 17]);
}

#[test]
fn a_full_area_keeps_its_regions() {
    let mut area = CodeArea::new().expect("room");
    let large = vec![0xc3; AREA - PAGE];
    assert!(area.add(&large, &[0]).is_some());
    assert!(area.add(&large, &[0]).is_none());
    assert!(area.is_intact());
    assert!(area.add(&[0xc3], &[0]).is_some());
}
