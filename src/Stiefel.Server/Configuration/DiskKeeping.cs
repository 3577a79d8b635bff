namespace Stiefel.Server.Configuration;

/// <summary>`State:Keeper`: what holds the disk besides the server, so that a desktop can continue if the server is killed.</summary>
public enum DiskKeeping
{
    /// <summary>A process that the server starts.</summary>
    Process,

    /// <summary>systemd's store of descriptors (FileDescriptorStoreMax= of the unit), the default where there is one.</summary>
    Systemd,

    /// <summary>Nothing holds it; a desktop whose server was killed must restart.</summary>
    None,
}
