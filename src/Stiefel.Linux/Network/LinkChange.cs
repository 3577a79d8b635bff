namespace Stiefel.Linux.Network;

/// <summary>What changed at an interface.</summary>
public enum LinkChangeKind
{
    /// <summary>It appeared, or its name, state, carrier, MTU or hardware address changed.</summary>
    Changed,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>An address came, went, or became usable.</summary>
    AddressChanged,

    /// <summary>Look at every interface: the watch has just begun, or more happened than the kernel could queue.</summary>
    Everything,
}

/// <summary>One event; it says where to look, not what the new state is: ask <see cref="RouteNetlink"/>.</summary>
/// <param name="Kind">What changed.</param>
/// <param name="Index">The interface; 0 for <see cref="LinkChangeKind.Everything"/>.</param>
public readonly record struct LinkChange(LinkChangeKind Kind, int Index);
