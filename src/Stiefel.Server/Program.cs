using Stiefel.Linux.Processes;
using Stiefel.Server;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;

Descriptor.FillStandard();
ProcessSignals.IgnoreFileSizeLimit();

// 0 stopped, 1 failed, 2 wrong settings, 3 refused for safety.
if (Help.IsAskedFor(args))
{
    Console.Write(Help.Text);
    return 0;
}

try
{
    // docs/security.md#privileges says for what, and a test compares.
    LeastPrivilege.Keep(
        Capability.SysAdmin, Capability.NetAdmin, Capability.DacOverride, Capability.MakeNode, Capability.ChangeOwner, Capability.SysModule, Capability.IpcLock,
        Capability.TtyConfig);
    var options = ServerOptions.Read(ServerConfiguration.Build(args));
    await using var app = ServerHost.Build(options);
    await app.RunAsync();
    return 0;
}
catch (Exception e)
{
    Console.Error.WriteLine($"stiefel-server: {e.Message}");
    return e switch
    {
        UnsafeSettingsException or DiskInUseException => 3,
        SettingsException => 2,
        _ => 1,
    };
}
