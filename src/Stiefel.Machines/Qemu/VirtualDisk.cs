namespace Stiefel.Machines.Qemu;

/// <summary>How a disk is attached.</summary>
public enum DiskBus
{
    /// <summary>/dev/vdX.</summary>
    Virtio,

    /// <summary>A USB stick: /dev/sdX.</summary>
    Usb,
}

/// <summary>An image as a disk of a virtual machine. Firmware boots the first one.</summary>
/// <param name="Path">The image.</param>
/// <param name="Bus">How it is attached.</param>
/// <param name="ReadOnly">The machine cannot change the image.</param>
public sealed record VirtualDisk(string Path, DiskBus Bus = DiskBus.Virtio, bool ReadOnly = false)
{
    /// <summary>The image's format: raw, or qcow2, which can hold a machine that is kept for later.</summary>
    public string Format { get; init; } = Raw;

    public const string Raw = "raw", Qcow2 = "qcow2";

    /// <summary>Its serial number, at most 20 characters; udev names /dev/disk/by-id/virtio-SERIAL by it. Null for none.</summary>
    public string? Serial { get; init; }
}
