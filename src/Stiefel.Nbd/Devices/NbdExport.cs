namespace Stiefel.Nbd.Devices;

/// <summary>One export: a device under a name. The creator of the export owns the device, which outlives the connections.</summary>
public sealed class NbdExport
{
    /// <param name="name">The name that clients ask for; it may be a capability and is never logged.</param>
    /// <param name="device">The device to serve.</param>
    public NbdExport(string name, IBlockDevice device)
    {
        Name = name;
        Device = device;
        Label = name;
    }

    /// <summary>The name that clients ask for.</summary>
    public string Name { get; }

    /// <summary>The text that logs and status show instead of the name; set it where the name is a secret.</summary>
    public string Label { get; init; }

    /// <summary>A description for people (NBD_INFO_DESCRIPTION); null = none.</summary>
    public string? Description { get; init; }

    /// <summary>The device that is served.</summary>
    public IBlockDevice Device { get; }

    /// <summary>True to refuse writes even if the device accepts them.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>How many connections may use this export at the same time.</summary>
    public ExportSharing Sharing { get; init; }

    /// <summary>State that its connections share. Pass on the old session when an export replaces another for the same client.</summary>
    public ExportSession Session { get; init; } = new();
}

/// <summary>How many connections may use an export at the same time.</summary>
public enum ExportSharing
{
    /// <summary>Any number at the same time (NBD_FLAG_CAN_MULTI_CONN): a flush on one covers the writes of all.</summary>
    ManyConnections,

    /// <summary>
    /// A connection of a newer generation ends all older ones before it may transmit, and no older one is admitted afterwards, so
    /// that after a reconnect no late write of a lost connection can overwrite a newer one.
    /// </summary>
    NewestConnectionOnly,
}
