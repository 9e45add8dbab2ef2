import Messaging

/// Where a person says on which devices they are told of messages.
struct NotificationsPage: Page {
    static let view = "notifications"

    let frame: Frame
    let devices: DeviceList
    let pushKey: String?
    let devicesPath: String
    let serviceWorker: String

    /// - Parameter pushKey: what browsers subscribe to; nil where nobody is told while the page is closed.
    init(frame: Frame, devices: DeviceList, pushKey: String?) {
        self.frame = frame
        self.devices = devices
        self.pushKey = pushKey
        devicesPath = Paths.devices
        serviceWorker = Paths.serviceWorker
    }
}

/// The browsers that are told while the page is closed.
struct DeviceList: Page {
    static let view = "_devices"

    struct Device: Sendable {
        let deviceName: String
        let since: String
        let isHere: Bool
        let showsWords: Bool
        let toggledWords: String
        let wordsTo: String
        let removeTo: String
    }

    let devices: [Device]
    let hasDevices: Bool
    let csrf: String

    /// - Parameter here: the ID of the browser that shows this, when it has one.
    init(_ devices: [PushDevice], here: String?, csrf: String, words: TimeWords) {
        self.init(
            devices.map { device in
                Device(
                    deviceName: device.name, since: words.date(device.createdAt), isHere: device.deviceId == here,
                    showsWords: device.showsWords, toggledWords: device.showsWords ? "no" : "yes",
                    wordsTo: Paths.words(of: device.deviceId), removeTo: Paths.removal(of: device.deviceId))
            }, csrf: csrf)
    }

    init(_ devices: [Device], csrf: String) {
        self.devices = devices
        self.csrf = csrf
        hasDevices = !devices.isEmpty
    }
}

extension NotificationsPage {
    static let sample = NotificationsPage(frame: Cast.frame("Notifications", section: .none), devices: .sample, pushKey: "BKey")
    static let variants = [NotificationsPage(frame: Cast.frame("Notifications", section: .none), devices: .variants[0], pushKey: nil)]
}

extension DeviceList {
    static let sample = DeviceList(
        [
            device("one", "Firefox on Linux", isHere: true, showsWords: true),
            device("two", "Safari on iPhone", isHere: false, showsWords: false),
        ], csrf: Cast.csrf)
    static let variants = [DeviceList([], csrf: Cast.csrf)]

    private static func device(_ id: String, _ name: String, isHere: Bool, showsWords: Bool) -> Device {
        Device(
            deviceName: name, since: Cast.words.date(Cast.words.now), isHere: isHere, showsWords: showsWords,
            toggledWords: showsWords ? "no" : "yes", wordsTo: Paths.words(of: id), removeTo: Paths.removal(of: id))
    }
}
