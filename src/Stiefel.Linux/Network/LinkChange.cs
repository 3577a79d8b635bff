namespace Stiefel.Linux.Network;

/// <summary>Kinds of changes of an interface.</summary>
public enum LinkChangeKind
{
    /// <summary>The interface appeared, or its name, state, carrier, MTU or hardware address changed.</summary>
    Changed,

    /// <summary>The interface is gone.</summary>
    Removed,

    /// <summary>An address was added or removed, or became usable.</summary>
    AddressChanged,

    /// <summary>Anything may have changed, so look at every interface: the watch has just begun, or the kernel could not queue all events.</summary>
    Everything,
}

/// <summary>An event. It says where to look, not what the new state is: ask <see cref="RouteNetlink"/>.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Index">The number of the interface; 0 for <see cref="LinkChangeKind.Everything"/>.</param>
public readonly record struct LinkChange(LinkChangeKind Kind, int Index);
