namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>An item of systemd-boot's menu, of either type, and its place in the order (systemd 257, src/boot/boot.c, boot_entry_compare).</summary>
internal sealed record LoaderItem : IComparable<LoaderItem>
{
    /// <summary>The file's name in lower case, with extension and counter; for further profiles of an image, followed by `@PROFILE`.</summary>
    public required string Id { get; init; }

    /// <summary>The id without the profile.</summary>
    public required string FileId { get; init; }

    public string? SortKey { get; init; }

    public string? MachineId { get; init; }

    public string? Version { get; init; }

    public BootCounter? Counter { get; init; }

    public int Profile { get; init; }

    /// <summary>The entry to boot.</summary>
    public required BootEntry Entry { get; init; }

    /// <summary>Negative if this item comes before the other in the menu.</summary>
    public int CompareTo(LoaderItem? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = (Counter?.Left == 0).CompareTo(other.Counter?.Left == 0);
        order = order != 0 ? order : (SortKey is null).CompareTo(other.SortKey is null);
        if (order == 0 && SortKey is not null)
        {
            order = string.CompareOrdinal(SortKey, other.SortKey);
            order = order != 0 ? order : string.CompareOrdinal(MachineId, other.MachineId);
            order = order != 0 ? order : VersionOrder.Instance.Compare(other.Version, Version);
        }

        order = order != 0 ? order : VersionOrder.Instance.Compare(other.FileId, FileId);
        order = order != 0 ? order : Profile.CompareTo(other.Profile);
        if (order != 0 || Counter is not { } own || other.Counter is not { } others)
        {
            return order;
        }

        order = others.Left.CompareTo(own.Left);
        return order != 0 ? order : own.Done.CompareTo(others.Done);
    }
}
