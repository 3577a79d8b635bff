namespace Stiefel.Nbd.Devices;

/// <summary>One export: a device under a name. The device belongs to the maker of the export and outlives its connections.</summary>
public sealed class NbdExport
{
    /// <param name="name">The name clients ask for; it may be a capability and is never logged.</param>
    /// <param name="device">What is served.</param>
    public NbdExport(string name, IBlockDevice device)
    {
        Name = name;
        Device = device;
        Label = name;
    }

    /// <summary>The name clients ask for.</summary>
    public string Name { get; }

    /// <summary>What logs and status show instead of the name; set it where the name is a secret.</summary>
    public string Label { get; init; }

    /// <summary>For people (NBD_INFO_DESCRIPTION); null = none.</summary>
    public string? Description { get; init; }

    /// <summary>What is served.</summary>
    public IBlockDevice Device { get; }

    /// <summary>Refuses writes even if the device would take them.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>How several connections to this export are treated.</summary>
    public ExportSharing Sharing { get; init; }

    /// <summary>What its connections have in common; give the one from before to an export that takes the place of another for the same client.</summary>
    public ExportSession Session { get; init; } = new();
}

/// <summary>How several connections to one export are treated.</summary>
public enum ExportSharing
{
    /// <summary>Any number side by side (NBD_FLAG_CAN_MULTI_CONN): a flush on one covers the writes of all.</summary>
    ManyConnections,

    /// <summary>
    /// A connection of a newer generation ends the older ones before it may transmit, and none of an older one gets in any more: after a
    /// reconnect no late write of a lost connection can land upon a newer one.
    /// </summary>
    NewestConnectionOnly,
}
