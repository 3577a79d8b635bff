namespace Stiefel.Server.Configuration;

/// <summary>Settings from one named source, so that an error can say where a wrong value comes from.</summary>
/// <param name="name">`command line`, `environment`, `/proc/cmdline`.</param>
/// <param name="settings">Values by `Section:Key`.</param>
public sealed class NamedSettingsSource(string name, IReadOnlyDictionary<string, string?> settings) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(name, settings);

    private sealed class Provider : ConfigurationProvider
    {
        private readonly string _name;

        public Provider(string name, IReadOnlyDictionary<string, string?> settings)
        {
            _name = name;
            Data = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase);
        }

        public override string ToString() => _name;
    }
}
